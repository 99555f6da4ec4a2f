/** Questions from outside the stream: counts, next words and text, over HTTP and between instances. */
package dev.driftline.serving;
