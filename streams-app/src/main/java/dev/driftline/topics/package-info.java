/** The topics that Driftline needs, with everything about them stated, and the commands on them that need an admin client. */
package dev.driftline.topics;
