/* SPDX-License-Identifier: Apache-2.0
 * The room base/: C comforts that know nothing of pipelines. Other rooms include this header only. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include "base/attr.h"
#include "base/err.h"
#include "base/http.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/os.h"
#include "base/sql.h"
#include "base/str.h"
#include "base/yaml.h"

#endif
