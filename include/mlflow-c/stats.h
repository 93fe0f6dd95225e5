/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: what many nodes want to know of a column of numbers. */
#ifndef MLFLOW_C_STATS_H
#define MLFLOW_C_STATS_H

#include <math.h>
#include <stdint.h>

/* Puts the k-th smallest of n values (none NaN) at v[k], none larger before it and none smaller behind. */
static inline double
mlf_select(double *v, int64_t n, int64_t k)
{
	int64_t low = 0, high = n - 1;
	while (low < high) {
		double pivot = v[low + (high - low) / 2];
		int64_t i = low, j = high;
		while (i <= j) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i <= j) {
				double t = v[i];
				v[i++] = v[j];
				v[j--] = t;
			}
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			break;
	}
	return v[k];
}

/* The quantile q of n values, between two of them in proportion, as NumPy has it; NaN of none. The values
 * change their places. */
static inline double
mlf_quantile(double *v, int64_t n, double q)
{
	if (n < 1)
		return NAN;
	double at = q * (double)(n - 1), part = at - floor(at);
	int64_t k = (int64_t)at;
	double below = mlf_select(v, n, k), above = INFINITY;
	if (part == 0 || k + 1 >= n)
		return below;
	for (int64_t i = k + 1; i < n; i++)
		above = v[i] < above ? v[i] : above;
	return below + part * (above - below);
}

struct mlf_spread {
	double mean, sd; /* of a population; NaN without values */
};
static inline struct mlf_spread
mlf_spread_of(const double *v, int64_t n)
{
	double sum = 0, squares = 0;
	for (int64_t i = 0; i < n; i++)
		sum += v[i];
	double mean = sum / (double)n;
	for (int64_t i = 0; i < n; i++)
		squares += (v[i] - mean) * (v[i] - mean);
	return (struct mlf_spread){mean, sqrt(squares / (double)n)};
}

#endif
