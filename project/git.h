/* SPDX-License-Identifier: Apache-2.0
 * For the tests of git.c. */
#ifndef PROJECT_GIT_H
#define PROJECT_GIT_H

#include "base/base.h"

/* Appends a remote's url without user, password and query; ssh keeps its user. */
void git__public_url(const char *url, struct str *out);

#endif
