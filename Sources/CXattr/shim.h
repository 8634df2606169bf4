// Extended attributes of files (xattr(7)), which Swift's module of the C library leaves out.
#include <sys/xattr.h>
