/* A node: the ABI and system headers only. */
#include <mlflow-c/node.h>
#include <stddef.h>

extern const struct mlf_node mlf_copy;

const struct mlf_node mlf_copy = {"copy", 1};
