/// What `deploy/` ships: the rights suffice and none is too many, and what is rendered can run.
@NullMarked
package dev.sluice.controller.deploy;

import org.jspecify.annotations.NullMarked;
