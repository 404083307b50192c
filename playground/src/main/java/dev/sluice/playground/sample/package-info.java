/// The sample app that stands in for every image: what it answers, and one small server per pod.
/// Must not know Kubernetes objects; it is told facts about its pod.
@NullMarked
package dev.sluice.playground.sample;

import org.jspecify.annotations.NullMarked;
