/* SPDX-License-Identifier: Apache-2.0
 * Secrets are known by the names that stand before them, wherever in a line. */
#include "tests/unit/unit.h"

#include "base/base.h"

LEAK_SUITE(base_secret);

Test(base_secret, a_value_with_a_secret_name_is_found_in_every_form)
{
	static const char *const texts[] = {"db_password: x", "a: 1\n+  api_token = \"y\"\n",
		"{\"client_secret\": \"z\"}", "notes: {api_token: x}", "export API_TOKEN=x",
		"url: {a: 1, 'secret' : x}", "dbPassword: x", "db-passwd: x", "apiKey=x",
		"y_password: \"#hunter2\"", "t_token: '$x'", "url: postgres://u:pw@h/db"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect(secret_in_text(texts[i], strlen(texts[i])), "%s", texts[i]);
}

Test(base_secret, a_name_without_a_value_a_reference_and_other_names_are_none)
{
	static const char *const texts[] = {"", "password", "password:", "token: # see wiki",
		"token: ${env:TOKEN}", "secret: ***", "tokens: 3", "l2: 1.0\nmax_iter: 7\n",
		"primary_key: id", "{secret: }"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect(!secret_in_text(texts[i], strlen(texts[i])), "%s", texts[i]);
}
