/* sb-report-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

typedef enum
{
  SB_REPORT_DONE,
  SB_REPORT_HELD,
  SB_REPORT_EXPECTED,
  SB_REPORT_UNEXPECTED,
  SB_REPORT_SKIPPED,
} SbReportVerdict;

SbReportVerdict sb_report_verdict     (const char *verdict);
/* A sign that never stands without its word. */
const char     *sb_report_symbol      (const char *verdict);
const char     *sb_report_word        (const char *verdict);
/* At most eight columns. */
const char     *sb_report_short_word  (const char *verdict);
const char     *sb_report_mode        (SbValue    *result);
/* Two sentences: the verdict, and what was reached. (transfer full) */
char           *sb_report_sentence    (SbValue    *result);
/* "Record 9, Parcel: …" for all that is not as expected. (transfer full) (element-type utf8) */
GPtrArray      *sb_report_list_unexpected (SbValue *result);

G_END_DECLS
