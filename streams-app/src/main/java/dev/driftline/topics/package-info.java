/** The topics of Driftline: their names, their definitions, and an admin client that creates, lists and deletes them. */
@NullMarked
package dev.driftline.topics;

import org.jspecify.annotations.NullMarked;
