/** What goes out beside scores: routed documents and drift events. */
package dev.driftline.output;
