/** The models that rows are scored by, behind one interface: counts, a network, an ARPA file, a running service. */
@NullMarked
package dev.driftline.bulk.models;

import org.jspecify.annotations.NullMarked;
