/** Taking documents out in the background of the service, a job each. */
@NullMarked
package dev.driftline.serving.query.retract;

import org.jspecify.annotations.NullMarked;
