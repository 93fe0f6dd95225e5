/* SPDX-License-Identifier: Apache-2.0
 * What stands in a model folder for Python: a loader, what it needs, and an example.
 *
 *	code/mlflow_c_model.py    reads linear.json, recipe.json and so on; MLflow imports it
 *	requirements.txt, conda.yaml, python_env.yaml
 *	input_example.json        one row, typical and nobody's, in MLflow's form
 *
 * MLflow has its own loader for the files of some flavors (boosted trees). It knows no recipes, so
 * with a recipe it is ours. */
#include "model/flavor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CODE_FOLDER "code"
#define LOADER "mlflow_c_model"
#define EXAMPLE_FILE "input_example.json"
/* Python that has wheels of all the libraries' versions. */
#define PYTHON "3.11"
enum { EXAMPLE_CAP = 4 << 20 };

/* The text of the loader stands in the program; the Makefile knows that it depends on the file. */
__asm__(".pushsection .rodata\n"
	".global loader_text, loader_text_end\n"
	"loader_text: .incbin \"model/" LOADER ".py\"\n"
	"loader_text_end: .byte 0\n"
	".popsection\n");

/* MLflow's own loaders know neither steps nor classes that are texts. */
static bool
has_loader(const struct mlf_model *m)
{
	return m->raw || !m->flavor->add_flavors || m->outputs[0].type == MLF_UTF8;
}

static int
write_text(int dirfd, const char *name, struct str *text, struct err *e)
{
	int rc = folder_write(dirfd, name, text->s, text->len, e);
	str_reset(text);
	return rc;
}

/* How MLflow makes an environment of its own for the model. */
static int
write_requirements(const struct mlf_model *m, int dirfd, struct err *e)
{
	struct str lines = {0}, text = {0};
	str_add(&lines, "mlflow\n");
	if (has_loader(m))
		str_add(&lines, "numpy\n");
	if (m->flavor->add_requirements)
		m->flavor->add_requirements(m, &lines);
	str_add(&lines, "pandas\n");
	str_add(&text,
		"channels:\n- conda-forge\ndependencies:\n- python=" PYTHON "\n- pip\n- pip:\n");
	for (const char *p = lines.s; *p; p += strcspn(p, "\n") + 1)
		str_addf(&text, "  - %.*s\n", (int)strcspn(p, "\n"), p);
	str_add(&text, "name: mlflow-env\n");
	int rc = write_text(dirfd, "conda.yaml", &text, e);
	if (rc == 0)
		rc = write_text(dirfd, "requirements.txt", &lines, e);
	str_add(&text,
		"python: '" PYTHON "'\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\n"
		"dependencies:\n- -r requirements.txt\n");
	if (rc == 0)
		rc = write_text(dirfd, "python_env.yaml", &text, e);
	str_fini(&lines);
	str_fini(&text);
	return rc;
}

static int
write_loader(int dirfd, struct err *e)
{
	if (mkdirat(dirfd, CODE_FOLDER, 0777) < 0)
		return err_errno(e, MLC_DISK, "cannot make the folder `" CODE_FOLDER "`");
	int code = folder_open(dirfd, CODE_FOLDER, e);
	if (code < 0)
		return -1;
	int rc = folder_write(
		code, LOADER ".py", loader_text, (size_t)(loader_text_end - loader_text), e);
	if (rc == 0)
		rc = file_fsync(code, CODE_FOLDER, e);
	close(code);
	return rc;
}

/* {"columns": [...], "data": [[...]]}: what MLflow calls pandas' orient split. */
static int
write_example(const struct mlf_model *m, int dirfd, struct err *e)
{
	const char *const *examples = model_examples(m);
	size_t n;
	const struct sig_column *inputs = model_inputs(m, &n);
	struct str text = {0};
	struct jw w;
	if (!examples || !n)
		return 0;
	jw_init(&w, &text);
	jw_object(&w);
	jw_key(&w, "columns");
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		jw_str(&w, inputs[i].name);
	jw_end(&w, ']');
	jw_key(&w, "data");
	jw_array(&w);
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		jw_raw(&w, examples[i] ? examples[i] : "null");
	jw_end(&w, ']');
	jw_end(&w, ']');
	jw_end(&w, '}');
	int rc = write_text(dirfd, EXAMPLE_FILE, &text, e);
	str_fini(&text);
	return rc;
}

/* Takes the values of the one row, if the columns are those of the model. */
static void
take_example(struct mlf_model *m, struct jr *r)
{
	const char **values = arena_alloc(&m->arena, (m->n_inputs + 1) * sizeof(*values));
	const char *key, *none;
	size_t columns = 0, n = 0, rows = 0, len;
	bool same = jr_object(r);
	while (same && jr_next(r, &key))
		if (str_eq(key, "columns") && jr_array(r))
			for (; jr_next(r, &none); columns++)
				same = same && columns < m->n_inputs &&
					str_eq(jr_str(r), m->inputs[columns].name);
		else if (str_eq(key, "data") && jr_array(r))
			for (; jr_next(r, &none) && jr_array(r); rows++)
				for (n = 0; jr_next(r, &none); n++) {
					const char *raw = jr_raw(r, &len);
					if (raw && n < m->n_inputs)
						values[n] = arena_strndup(&m->arena, raw, len);
				}
	if (same && !r->bad && columns == m->n_inputs && n == columns && rows == 1)
		m->examples = values;
}

void
environment_read_example(struct mlf_model *m, const struct ynode *mlmodel, int dirfd)
{
	const char *name = yaml_str(yaml_path(mlmodel, "saved_input_example_info.artifact_path"));
	struct str text = {0};
	struct err ignored; /* no prediction depends on it */
	struct jr r;
	if (!str_eq(name, EXAMPLE_FILE) || m->raw ||
		folder_read(dirfd, EXAMPLE_FILE, EXAMPLE_CAP, &text, &ignored) < 0)
		return;
	jr_init(&r, str_text(&text), text.len);
	take_example(m, &r);
	jr_fini(&r);
	str_fini(&text);
}

int
environment_write(const struct mlf_model *m, int dirfd, struct err *e)
{
	if (write_requirements(m, dirfd, e) < 0 || write_example(m, dirfd, e) < 0)
		return -1;
	return has_loader(m) ? write_loader(dirfd, e) : 0;
}

void
environment_add_flavors(const struct mlf_model *m, struct str *out)
{
	if (!has_loader(m))
		m->flavor->add_flavors(m, out);
	else
		str_add(out,
			"  python_function: {\"loader_module\": \"" LOADER
			"\", \"code\": \"" CODE_FOLDER "\", "
			"\"env\": {\"conda\": \"conda.yaml\", \"virtualenv\": "
			"\"python_env.yaml\"}}\n");
}

void
environment_add_example(const struct mlf_model *m, struct str *out)
{
	size_t n;
	(void)model_inputs(m, &n);
	if (n && model_examples(m))
		str_add(out,
			"saved_input_example_info: {\"artifact_path\": \"" EXAMPLE_FILE
			"\", \"type\": \"dataframe\", \"pandas_orient\": \"split\"}\n");
}
