/* The ABI of the mini tree. */
#ifndef MLFLOW_C_NODE_H
#define MLFLOW_C_NODE_H

struct mlf_node {
	const char *name;
	int rows;
};

#endif
