/* A node that uses the program's own rooms. */
#include <mlflow-c/node.h>
#include "base/base.h"
