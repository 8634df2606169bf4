// The yardstick for memory: a C program with the libraries that phoneprovd needs initialised, and nothing to do.
#include <curl/curl.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

int main(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    CURL *easy = curl_easy_init();
    xmlInitParser();
    sd_notify(0, "READY=1");
    puts("ready");
    fflush(stdout);
    pause();
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    return 0;
}
