/// The command line: flags, help, one clear line for each bad input. Must not hold any logic of
/// delivery.
@NullMarked
package dev.sluice.controller.cli;

import org.jspecify.annotations.NullMarked;
