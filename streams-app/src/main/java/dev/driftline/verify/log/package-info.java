/** What is committed in a topic up to an end that is fixed, read partition by partition as it is wanted. */
@NullMarked
package dev.driftline.verify.log;

import org.jspecify.annotations.NullMarked;
