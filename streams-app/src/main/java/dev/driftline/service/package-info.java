/** The running service: starts the topology, watches it, answers failures and stops it. */
@NullMarked
package dev.driftline.service;

import org.jspecify.annotations.NullMarked;
