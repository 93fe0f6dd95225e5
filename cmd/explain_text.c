/* SPDX-License-Identifier: Apache-2.0
 * For each error code what usually leads to it, and the way out. The table of base/codes.h says what
 * a code is; here is what somebody reads who has just met it. Every code has a line:
 * tests/cli/explain-all.t. */
#include "cmd/explain_text.h"

static const struct code_text texts[] = {
	/* 00xx */
	{MLC_USAGE, "A flag, a value or a command is misspelt, missing or one too many.",
		"`mlflow-c COMMAND --help` lists what the command takes, with examples."},
	{MLC_NO_PROJECT, "The working folder is neither a project nor inside of one.",
		"Change into the project, or name it: --project DIR or MLFLOW_C_PROJECT."},
	{MLC_NO_ENV,
		"The name after --conf, or in MLFLOW_C_CONF, is misspelt, or its folder is "
		"not in this clone (conf/local is kept out of git).",
		"Use one of the environments that the message lists, or make the folder."},
	{MLC_BUG, "The program has met a state that it takes to be impossible.",
		"Data and record are as they were before the last step. Run it again with -v and "
		"report the message with the command line."},
	{MLC_OOM, "The machine, or the limit of the shell or container, has no memory left.",
		"Give it more memory, or run fewer nodes at once with --jobs."},
	/* 01xx */
	{MLC_FILE, "The file is missing, is no plain file, or may not be read by this user.",
		"Look at it with `ls -l`; repair its permissions or the link that it is."},
	{MLC_YAML_SYNTAX,
		"Mostly a tab, wrong indentation, a missing space behind `:`, or a quote "
		"or bracket that is never closed.",
		"Correct the line under the caret; where something is never closed, look above "
		"it. A text with `: ` or ` #` in it needs quotes."},
	{MLC_YAML_LIMIT, "The file is made by a program, or its aliases and references multiply.",
		"Split the file: catalog*.yml, parameters*.yml and pipeline*.yml may be many."},
	{MLC_YAML_UNSUPPORTED, "The file comes from a tool that uses more of YAML than we read.",
		"Write the values out: without `!tags`, without `<<`, one document a file. "
		"${...} refers to other values."},
	{MLC_YAML_DUPLICATE,
		"A block was copied and its key not changed, or two files of one "
		"environment define the same name.",
		"Remove one of the two places that the message names. Only another environment "
		"may replace a key."},
	{MLC_CONF_TYPE, "A list stands where one value is wanted, or a number where text is.",
		"Write the kind of value that the message asks for. Quotes make anything text; "
		"without them 1.0 is a number and true is a boolean."},
	{MLC_CONF_UNKNOWN, "The key is misspelt, or stands under the wrong heading.",
		"Use the key that is suggested, or remove the line."},
	{MLC_CONF_MISSING,
		"A block was begun and not finished, or an environment replaces an "
		"entry without repeating all of its keys.",
		"Add the key. `mlflow-c config show --origin` shows what an entry comes to."},
	{MLC_CONF_VALUE, "The value is of the right kind, but none of those that are allowed.",
		"Use one of those that the message names."},
	{MLC_CONF_INTERPOLATION,
		"The name in ${...} is misspelt, refers back to itself, or is an "
		"environment variable outside of a credentials file.",
		"Define the name, give it a default as in ${env:NAME,default}, or list the "
		"variable in mlflow-c.yml. `$` alone needs no escape, `\\${` does."},
	{MLC_JSON, "The text was cut off, edited by hand, or is no JSON at all.",
		"Correct it at the line and column of the message, or have it written again."},
	{MLC_OUTSIDE, "A path is absolute, holds `..`, or is a link that leads out of the project.",
		"Move the file below the project, or say `allow_outside: true` in its entry."},
	/* 03xx */
	{MLC_EXPOSED, "The file was made with the usual mode, which lets everybody read it.",
		"`chmod 600` the file, or let it take the secret from the environment with "
		"${env:NAME}. It is a warning: nothing is refused."},
	{MLC_PIPELINE, "The name is misspelt, or the pipeline is in another environment.",
		"`mlflow-c pipeline list` shows the pipelines there are."},
	{MLC_CYCLE, "Each node on the path needs something that the one before it writes.",
		"Break the circle where the caret is: read a dataset that exists before the run, "
		"or write to another one."},
	{MLC_TWO_PRODUCERS,
		"A node was copied without changing its outputs, or two pipelines that "
		"write the same dataset are run as one.",
		"Give one of the two another dataset to write, or run them one by one."},
	{MLC_SELF_LOOP, "The node is meant to change a dataset in place.",
		"Write to a dataset with another name; both may be files beside each other."},
	{MLC_DUPLICATE_NODE, "A node was copied and its name not changed.",
		"Rename one of them; both may use the same `plugin:`."},
	{MLC_PLUGIN_UNKNOWN, "The node's name is not the name of a plugin, or it is not built.",
		"Name it with `plugin:`, or build it: `mlflow-c run --build`. `mlflow-c node list` "
		"shows what there is."},
	{MLC_PROGRAM,
		"The program is not installed here, its path is not from the project's folder, or "
		"the file may not be executed.",
		"Install it, or correct the path; a file of the project begins with ./ and needs "
		"`chmod +x`."},
	{MLC_PORT, "The port is misspelt, left out, or of another kind than the dataset.",
		"`mlflow-c node describe PLUGIN` shows ports and kinds."},
	{MLC_PARAM, "The parameter is misspelt, missing without a default, or out of its range.",
		"`mlflow-c node describe PLUGIN` shows what a node understands, `mlflow-c config "
		"show parameters --origin` what it would get."},
	{MLC_EMPTY, "Each filter selects from the whole pipeline, and no node is in all of them.",
		"Drop a filter, or see with --dry-run what each one selects alone."},
	{MLC_TRANSCODING, "One node names the dataset with a format and another without one.",
		"Write `x@format` everywhere in the pipeline, or nowhere."},
	{MLC_CONFIRMS, "A node was copied with its `confirms`.",
		"Leave `confirms` with one of the two nodes."},
	{MLC_INCLUDE, "A name in the mapping is misspelt, or an input is mapped as an output.",
		"Use names that `mlflow-c pipeline show PIPELINE` lists, each in its role."},
	{MLC_DATASET,
		"The name is misspelt, or the dataset lives in memory and the node that "
		"writes it is not part of this run.",
		"Use the name that is suggested, give the dataset an entry in catalog.yml, or "
		"select its producer too."},
	{MLC_DATASET_TYPE, "The type is misspelt, or is one of Kedro's long names.",
		"Use one of the types that the message lists, such as csv, json or model."},
	/* 04xx */
	{MLC_DATA,
		"The file is damaged, of another form than its type says, or has a row that "
		"does not fit the others.",
		"Look at the line that the message names. If the form is right, set its options "
		"under load_args, such as `sep`."},
	{MLC_DATA_MISSING,
		"The file was never written, was moved, or an environment has a path of "
		"its own.",
		"Run the node that writes it, or correct `filepath`; `mlflow-c catalog describe "
		"NAME` shows both."},
	{MLC_FRAME, "A node asked for a column that its table has not, or has in another type.",
		"Compare the columns of the message with what the node expects; a contract finds "
		"this before the node runs."},
	{MLC_MODEL,
		"The data has nulls, one class only or a constant target; or the model's "
		"folder is incomplete or from another flavor.",
		"Clean the data before training; train the model again if its folder is damaged."},
	/* 05xx */
	{MLC_NODE_FAILED,
		"The node itself said that it cannot go on; its words are in the message.",
		"Read the node's log, which the message names. What is already written stays."},
	{MLC_NODE_CRASHED,
		"The node's code read or wrote memory that is not its own, divided by "
		"zero, or something killed it.",
		"Run it alone under a debugger: `mlflow-c node run NAME --gdb`. Other nodes and "
		"earlier outputs are untouched."},
	{MLC_NODE_EXITED, "The code, or a library that it calls, uses exit().",
		"Return from the node's function instead, with a failure if there was one."},
	{MLC_NODE_TIMEOUT, "There is more data than usual, or the node hangs.",
		"Raise `timeout:` of the node, or find out where it stands with its log."},
	{MLC_NODE_OUTPUT,
		"The node ended well without writing one of its outputs, or wrote a table "
		"where it had promised something else.",
		"Write every output that is not optional, in the kind the port declares."},
	{MLC_NODE_MEMORY, "The data is larger than usual, or the node reads all of it at once.",
		"Raise `resources: {memory: ...}` of the node, or work batch by batch."},
	{MLC_CANCELLED, "Ctrl-C, or a signal of the system or of CI.",
		"Nothing is half written. Run it again."},
	{MLC_WORKER, "The system has no processes, descriptors or memory left.",
		"Look at `ulimit -a`, and run fewer nodes at once with --jobs."},
	{MLC_RESUME,
		"The run ended well, belongs to another program, or plugins, parameters or "
		"input files of nodes it had done are others since.",
		"Undo the change, or add --force: the nodes concerned, and those behind them, "
		"are done again."},
	{MLC_HOOK, "The program or function that mlflow-c.yml names under `hooks:` ended badly.",
		"Look at its output in the log; without `required: true` its failure is a "
		"warning."},
	/* 06xx */
	{MLC_CONTRACT, "The data has changed, or the contract asks for more than it can give.",
		"The table shows rules and rows. Correct the data or the node that wrote it, or "
		"change the contract. What was there before is still published."},
	{MLC_CONTRACT_FILE, "A rule is misspelt, or names a column that the contract has not.",
		"Correct the line under the caret; `mlflow-c validate` reads all contracts."},
	{MLC_CONTRACT_NONE, "--require-contracts, or a command about the contract of that dataset.",
		"Write conf/base/contracts/NAME.yml; `mlflow-c contract infer NAME` makes a "
		"start."},
	/* 07xx */
	{MLC_LOCKED, "Another run, maybe of a schedule, is still at it.",
		"Wait for it to end: the message names it. There is no lock file to remove; a "
		"run that is dead holds nothing."},
	{MLC_STORE, "The database is damaged, from an unknown version, or not to be written here.",
		"Check its folder's permissions and space. `store:` in mlflow-c.yml says which "
		"file it is."},
	{MLC_DISK, "No space, a quota, a read-only mount, or a disk that fails.",
		"Free some space (`df -h`) and run again; what was published before is whole."},
	{MLC_PUBLISH, "The target's folder is gone, not to be written, or on another file system.",
		"Repair the folder and run again; the staged file is finished by then."},
	{MLC_NAME, "A name has blanks, slashes or other characters in it.",
		"Use up to 128 letters, digits, `_`, `.` and `-`."},
	{MLC_NOT_FOUND, "The name is misspelt, or it belongs to another project or environment.",
		"The lists show what there is: `mlflow-c runs list`, `registry list`, `pipeline "
		"list`, `catalog list`, `config show`."},
	{MLC_SEARCH, "A key, an operator or a quote is missing, or a number is compared as a text.",
		"Write comparisons such as \"metrics.auc > 0.9 and params.model = 'linear'\"; "
		"`mlflow-c runs list --help` has more."},
	{MLC_CHANGED,
		"A file of the version was edited, cut short or removed after it was registered.",
		"Put the file back from a copy: `mlflow-c registry verify` names it. A version "
		"that cannot be restored can be deleted, or made again from its run's commit."},
	/* 08xx */
	{MLC_PLUGIN_REFUSED,
		"The file or a folder above it may be written by others, or belongs to "
		"another user; such a plugin could run anybody's code.",
		"Take the permission away (`chmod g-w,o-w`), or build the plugin yourself."},
	{MLC_PLUGIN_LOAD, "The file is no shared object, misses a symbol, or dies while loading.",
		"Build it again and read the linker's words in the message."},
	{MLC_PLUGIN_ABI, "The plugin was compiled against the headers of another version.",
		"Compile it again with the headers of this one: `mlflow-c run --build`."},
	{MLC_PLUGIN_STALE, "The source was changed after the plugin was built.",
		"Build it: `mlflow-c run --build`, or `make`."},
	{MLC_MODULE, "A type or flavor lives in a module that is not part of this installation.",
		"Install the module, or choose another type."},
};

const struct code_text *
code_text(enum err_code code)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == code)
			return &texts[i];
	return NULL;
}
