/*
 * PREFORK_API marks what the shared library shows; all else is hidden.
 * Runs in: every process.
 */
#ifndef PREFORK_BASE_EXPORT_H
#define PREFORK_BASE_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define PREFORK_API __attribute__((visibility("default")))
#else
#define PREFORK_API
#endif

#endif
