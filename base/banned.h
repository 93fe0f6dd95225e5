/* SPDX-License-Identifier: Apache-2.0
 * Included before every source file by the build: these functions are compile errors. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets localtime gmtime asctime ctime mktemp
#pragma GCC poison tmpnam tempnam atoi atol atof

#endif
