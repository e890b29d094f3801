/* sb-connector-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-schema.h"

G_BEGIN_DECLS

/* What a schema cannot say: names that must agree, templates that must parse, addresses. Copes with a
 * document that does not fit the schema. */
void sb_connector_check_meaning (SbValue     *document,
                                 SbProblems  *problems);

/* "oauth": the settings it names, and where it sends to. */
void sb_connector_check_oauth   (SbValue     *document,
                                 SbProblems  *problems);
/* @url (nullable): an address that is called, a template over settings: https, and no setting in it that could
 * name another host. */
void sb_connector_check_address (SbValue     *document,
                                 const char  *url,
                                 const char  *path,
                                 SbProblems  *problems);

/* Nothing in it that a reader does not see. */
void sb_connector_check_visible (SbValue     *document,
                                 SbProblems  *problems);

/* Every template of @action, or those outside actions with @action NULL: must parse, and the fields and
 * settings it names must be there. */
void sb_connector_check_templates (SbValue    *document,
                                   SbValue    *action,
                                   const char *path,
                                   SbProblems *problems);

G_END_DECLS
