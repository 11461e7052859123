/*
 * A terminal that is drawn over in place: its size, its keys, its end.
 * Runs in: preforkctl.
 */
#ifndef PREFORK_PREFORKCTL_SCREEN_H
#define PREFORK_PREFORKCTL_SCREEN_H

#include <stdbool.h>

#define SCREEN_RESIZED 1 /* of screen_key */
#define SCREEN_NONE    0
#define SCREEN_END     (-1)

/* Is standard output one, and standard input too? */
bool screen_is_terminal(void);
/* Keys come one by one and are not shown; signals that end us give it back as
 * it was.  0, or -1 with errno. */
int screen_open(void);
void screen_close(void);
/* 24 and 80 where nobody knows. */
void screen_size(unsigned *rows, unsigned *columns);
/* Begin to draw: what is drawn takes the place of what was. */
void screen_begin(void);
/* One line, cut at the width; reversed where it is a heading. */
void screen_line(const char *text, bool heading);
/* The rest is blank; shown at once. */
void screen_finish(void);
/* A key, or what happened, within so many ms. */
int screen_key(int ms);

#endif
