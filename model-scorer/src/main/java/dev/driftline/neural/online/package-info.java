/** A network that stays current: replay, fine-tuning, promotion of what is better, rollback of what turned out worse. */
package dev.driftline.neural.online;
