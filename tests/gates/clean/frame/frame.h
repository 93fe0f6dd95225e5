/* The public header of the room above base. */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

int frame_rows(const char *name, int (*count)(int, int, int, int, int, int, int));

#endif
