/* One for each thread is still hidden state. */
extern _Thread_local int last_error;

_Thread_local int last_error;
