/** How a word that no one has seen is spelled: a character model, so that unknown words cost bits like everything else. */
package dev.driftline.spelling;
