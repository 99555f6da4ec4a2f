/** The running service: starts the topology, watches it, answers failures and stops it. */
package dev.driftline.service;
