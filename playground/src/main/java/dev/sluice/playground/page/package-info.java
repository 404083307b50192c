/// A page that shows the cluster as it is, live. It reads what any user could read and must not
/// know the controller.
@NullMarked
package dev.sluice.playground.page;

import org.jspecify.annotations.NullMarked;
