#ifndef TOLLGATE_CSPAWN_H
#define TOLLGATE_CSPAWN_H
#include <sys/types.h>

/// Starts a program that has nothing of this process but its user, its folder and what is given: standard input is empty,
/// standard output and standard error are a pipe, other descriptors are closed, no signal is ignored or blocked. It is the
/// first of a process group of its own.
/// @param output where the pipe's other end goes.
/// @return errno's code, or 0.
int tollgate_spawn(
    const char *program, char *const arguments[], char *const environment[], pid_t *process, int *output);
#endif
