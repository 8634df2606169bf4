#ifndef PHONEPROVD_CXML2_SHIM_H
#define PHONEPROVD_CXML2_SHIM_H

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/relaxng.h>
#include <libxml/xmlerror.h>

#endif
