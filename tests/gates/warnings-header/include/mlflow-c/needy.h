/* A public header that works only after another one. */
int64_t mlf_needy(void);
