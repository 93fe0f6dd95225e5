/* A layout of its own. */
int one(void);

int one(void) {
  return 1;
}
