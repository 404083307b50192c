/// How log lines look. Must not know what they are about.
@NullMarked
package dev.sluice.controller.logs;

import org.jspecify.annotations.NullMarked;
