/* SPDX-License-Identifier: Apache-2.0
 * Compiler attributes under plain names; the only place that spells __attribute__. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define TARGET(isa) __attribute__((target(isa)))
/* A vector type; its values may lie where plain ones may. */
#define VECTOR(bytes, align) __attribute__((vector_size(bytes), aligned(align)))

#endif
