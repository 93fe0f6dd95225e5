/* SPDX-License-Identifier: Apache-2.0
 * What a forked worker does. */
#ifndef PIPELINE_WORKER_H
#define PIPELINE_WORKER_H

#include "base/base.h"

#define WORKER_CTL 3 /* its control socket */
/* Exit codes that say how far it came; a node that calls exit itself may imitate them, and is told
 * apart by the missing DONE. */
#define WORKER_SETUP_FAILED 121
#define WORKER_MUTE 122 /* it could not understand the question, or not say DONE */

NORETURN void worker_main(void);

#endif
