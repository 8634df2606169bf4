// What glibc declares for _GNU_SOURCE only, and the kernel's headers that Swift's Glibc module leaves out. The lab
// enters network namespaces, opens packet sockets and spawns programs with it. No logic lives here.
#pragma once

#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef _GNU_SOURCE
extern int setns(int descriptor, int kind);
extern int pipe2(int descriptors[2], int flags);
#endif

/// setns(2) for a network namespace: the calling thread alone changes.
static inline int lab_enter_network(int descriptor) { return setns(descriptor, 0x40000000 /* CLONE_NEWNET */); }

/// pipe2(2) with O_CLOEXEC: no program that the lab starts inherits either end by accident.
static inline int lab_pipe(int descriptors[2]) { return pipe2(descriptors, O_CLOEXEC); }
