/** What integration tests stand on: a real broker and registry, services under test, and independent counts. */
package dev.driftline.testing;
