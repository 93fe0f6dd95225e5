/* SPDX-License-Identifier: Apache-2.0
 * Every error the program can report, once: number, exit code, title, explanation.
 * `explain`, the docs and the tests are made from this table. Numbers are never reused. */
#ifndef BASE_CODES_H
#define BASE_CODES_H

/* X(name, number, exit, title, explanation) */
#define ERR_CODES(X)                                                                               \
	/* 00xx usage and environment */                                                           \
	X(MLC_USAGE, 1, 2, "wrong usage", "The command line could not be understood.")             \
	X(MLC_NO_PROJECT, 2, 2, "not in a project",                                                \
		"No parent folder holds conf/base, so there is no project to work on.")            \
	X(MLC_NO_ENV, 3, 3, "unknown environment",                                                 \
		"--conf names an environment, and conf/<environment> is no folder.")               \
	X(MLC_BUG, 70, 70, "bug in mlflow-c", "An invariant of the program itself was broken.")    \
	X(MLC_OOM, 71, 70, "out of memory", "The system refused memory.")                          \
	/* 01xx reading files the user wrote */                                                    \
	X(MLC_FILE, 100, 3, "cannot read a file", "A configuration file could not be read.")       \
	X(MLC_YAML_SYNTAX, 101, 3, "YAML syntax", "The file is no valid YAML.")                    \
	X(MLC_YAML_LIMIT, 102, 3, "YAML limit",                                                    \
		"The file is deeper, larger or more aliased than the limits allow.")               \
	X(MLC_YAML_UNSUPPORTED, 103, 3, "unsupported YAML",                                        \
		"The file uses tags, several documents or merge keys, which are refused.")         \
	X(MLC_YAML_DUPLICATE, 104, 3, "duplicate key", "A mapping holds the same key twice.")      \
	X(MLC_CONF_TYPE, 105, 3, "wrong type", "A value has another type than the key wants.")     \
	X(MLC_CONF_UNKNOWN, 106, 3, "unknown key", "The key means nothing here.")                  \
	X(MLC_CONF_MISSING, 107, 3, "missing key", "A key that is needed is absent.")              \
	X(MLC_CONF_VALUE, 108, 3, "bad value", "The value is outside what the key allows.")        \
	X(MLC_CONF_INTERPOLATION, 109, 3, "interpolation",                                         \
		"A ${...} reference is unknown, circular or not allowed here.")                    \
	X(MLC_JSON, 110, 3, "JSON syntax", "The text is no valid JSON.")                           \
	X(MLC_OUTSIDE, 111, 3, "path leaves the project",                                          \
		"A path escapes the project folder and the entry does not allow it.")              \
	X(MLC_EXPOSED, 112, 3, "secret in the open",                                               \
		"A credentials file with a secret in it can be read by others.")                   \
	/* 03xx the graph */                                                                       \
	X(MLC_PIPELINE, 300, 3, "unknown pipeline", "No pipeline has that name.")                  \
	X(MLC_CYCLE, 301, 3, "cycle", "Nodes depend on each other in a circle.")                   \
	X(MLC_TWO_PRODUCERS, 302, 3, "two producers", "Two nodes write the same dataset.")         \
	X(MLC_SELF_LOOP, 303, 3, "node reads its own output",                                      \
		"A node names one dataset as input and as output.")                                \
	X(MLC_DUPLICATE_NODE, 304, 3, "duplicate node", "Two nodes have the same name.")           \
	X(MLC_PLUGIN_UNKNOWN, 305, 3, "unknown plugin", "No node plugin of that name is built.")   \
	X(MLC_PORT, 306, 3, "unknown port", "The plugin has no port of that name.")                \
	X(MLC_PARAM, 307, 3, "bad parameter", "A parameter is unknown, missing or mistyped.")      \
	X(MLC_EMPTY, 308, 3, "nothing selected", "The selection leaves no node to run.")           \
	X(MLC_TRANSCODING, 309, 3, "dataset with and without format",                              \
		"One pipeline names a dataset both as `x` and as `x@format`.")                     \
	X(MLC_CONFIRMS, 310, 3, "two nodes confirm", "Two nodes confirm the same dataset.")        \
	X(MLC_INCLUDE, 311, 3, "bad include",                                                      \
		"An include maps a name that its pipeline does not have, or not in that role.")    \
	X(MLC_DATASET, 312, 3, "unknown dataset",                                                  \
		"A node reads a dataset that no node writes and no catalog entry names.")          \
	X(MLC_DATASET_TYPE, 313, 3, "unknown dataset type", "The catalog names an unknown type.")  \
	X(MLC_PROGRAM, 320, 3, "no such program",                                                  \
		"A command names a program or a file that is not there, or cannot be started.")    \
	/* 04xx data */                                                                            \
	X(MLC_DATA, 400, 1, "bad data", "A dataset's content could not be read.")                  \
	X(MLC_DATA_MISSING, 401, 1, "dataset missing", "A dataset that is read does not exist.")   \
	X(MLC_FRAME, 402, 1, "frame", "Columns were used in a way their table does not allow.")    \
	X(MLC_MODEL, 403, 1, "model", "A model could not be trained, saved, loaded or used.")      \
	/* 05xx nodes */                                                                           \
	X(MLC_NODE_FAILED, 500, 1, "node failed", "A node reported a failure.")                    \
	X(MLC_NODE_CRASHED, 501, 1, "node crashed", "A node was killed by a signal.")              \
	X(MLC_NODE_EXITED, 502, 1, "node exited", "A node ended its process without finishing.")   \
	X(MLC_NODE_TIMEOUT, 503, 1, "node timed out", "A node ran past its timeout.")              \
	X(MLC_NODE_OUTPUT, 504, 1, "node output", "A node left out an output or mistyped it.")     \
	X(MLC_NODE_MEMORY, 505, 1, "memory limit", "A node needed more memory than it may use.")   \
	X(MLC_CANCELLED, 506, 130, "cancelled", "The run was interrupted.")                        \
	X(MLC_WORKER, 507, 1, "worker", "A worker process could not be started or spoken to.")     \
	X(MLC_RESUME, 510, 3, "cannot be continued",                                               \
		"The run that --resume names cannot be continued as it is.")                       \
	X(MLC_HOOK, 520, 1, "hook failed",                                                         \
		"A hook that is required failed, and with it its node or the run.")                \
	/* 06xx contracts */                                                                       \
	X(MLC_CONTRACT, 601, 4, "contract broken", "A dataset breaks what its contract promises.") \
	X(MLC_CONTRACT_FILE, 602, 3, "bad contract", "A contract file could not be understood.")   \
	X(MLC_CONTRACT_NONE, 603, 3, "no contract", "A dataset has no contract, and needs one.")   \
	/* 07xx store and disk */                                                                  \
	X(MLC_LOCKED, 701, 5, "locked", "Another run is writing the same dataset.")                \
	X(MLC_STORE, 702, 6, "registry", "The registry could not be read or written.")             \
	X(MLC_DISK, 703, 6, "disk", "The disk is full, read-only or failing.")                     \
	X(MLC_PUBLISH, 704, 6, "publish", "A finished dataset could not be put in place.")         \
	X(MLC_NAME, 705, 2, "bad name", "A name holds characters that are not allowed.")           \
	X(MLC_NOT_FOUND, 706, 2, "not found", "No run, model or version has that name.")           \
	X(MLC_SEARCH, 707, 2, "bad search", "A filter or an order could not be understood.")       \
	X(MLC_CHANGED, 708, 6, "model changed",                                                    \
		"The files of a model version are not those that were registered.")                \
	/* 08xx plugins */                                                                         \
	X(MLC_PLUGIN_REFUSED, 801, 7, "plugin refused",                                            \
		"The plugin's file could have been written by someone else.")                      \
	X(MLC_PLUGIN_LOAD, 802, 7, "plugin does not load", "The plugin is no usable plugin.")      \
	X(MLC_PLUGIN_ABI, 803, 7, "plugin ABI", "The plugin was built for another ABI version.")   \
	X(MLC_PLUGIN_STALE, 804, 7, "plugin out of date", "The plugin is older than its source.")  \
	X(MLC_MODULE, 805, 7, "module missing", "A module that a catalog names is not installed.")

enum err_code {
	MLC_OK = 0,
#define X(name, number, exit, title, explanation) name = (number),
	ERR_CODES(X)
#undef X
};

#endif
