/* Without this the header makes sd_journal_sendv a macro that adds the place of its C caller, which Swift cannot use;
   the place in the Swift source is given as fields instead. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <systemd/sd-journal.h>
