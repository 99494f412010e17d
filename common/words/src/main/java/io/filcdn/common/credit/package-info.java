/** Credit: what accounts may download, upload and keep, and the entries of its ledger. */
@NullMarked
package io.filcdn.common.credit;

import org.jspecify.annotations.NullMarked;
