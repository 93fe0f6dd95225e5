/* base knows nothing of plugins. */
#include <mlflow-c/node.h>
