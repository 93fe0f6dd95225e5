/* SPDX-License-Identifier: Apache-2.0
 * Asking before what others would notice: on a terminal; anywhere else --yes has to say it. */
#include "cmd/cmd.h"

#include <unistd.h>

int
confirm(const struct app *a, bool yes, const char *what, struct err *e)
{
	char answer[16] = "";
	if (yes)
		return 0;
	if (!isatty(STDIN_FILENO) || !a->err.tty) {
		err_set(e, MLC_USAGE, "%s: that has to be confirmed", what);
		return err_help(e, "add --yes");
	}
	(void)fprintf(stderr, "%s. Continue? [y/N] ", what);
	if (fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y'))
		return 0;
	err_set(e, MLC_USAGE, "not confirmed");
	return err_help(e, "nothing was changed");
}
