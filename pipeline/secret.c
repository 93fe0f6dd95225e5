/* SPDX-License-Identifier: Apache-2.0
 * What must not get into the record: values that are tagged as secret, because they come from a
 * credentials file, and those whose name says so. */
#include "pipeline/pipeline.h"

static const char MASK[] = "***";

void
secret_json(struct jw *w, const struct ynode *n)
{
	if (n->secret || (n->kind != Y_MAP && n->kind != Y_LIST)) {
		yaml_to_json(w, n, true);
		return;
	}
	if (n->kind == Y_LIST) {
		jw_array(w);
		for (size_t i = 0; i < n->n; i++)
			secret_json(w, n->u.items[i]);
		jw_end(w, ']');
		return;
	}
	jw_object(w);
	for (size_t i = 0; i < n->n; i++) {
		const struct ypair *pair = &n->u.pairs[i];
		jw_key(w, pair->key);
		if (pair->value->kind != Y_NULL && secret_by_name(pair->key, yaml_str(pair->value)))
			jw_str(w, MASK);
		else
			secret_json(w, pair->value);
	}
	jw_end(w, '}');
}

/* Parts of an argument are told apart by commas, as --params has them; a part is NAME=VALUE, and so
 * may VALUE be, for --params=a=b is one argument. */
void
secret_mask_arg(struct str *out, const char *arg)
{
	struct str name = {0};
	for (size_t len; *arg; arg += len) {
		len = strcspn(arg, ",=");
		str_addn(out, arg, len);
		if (arg[len] == '=') {
			str_reset(&name);
			str_addn(&name, arg, len);
			arg += len;
			len = strcspn(arg, ",");
			str_addc(out, '=');
			if (secret_by_name(str_text(&name), NULL))
				str_add(out, MASK);
			else
				len = 1; /* the value is looked at like a part */
		} else if (arg[len] == ',') {
			str_addc(out, ',');
			len++;
		}
	}
	str_fini(&name);
}
