package dev.sluice.playground.api;

import java.util.Map;

/// One complete answer of the API server.
///
/// @param headers beyond the content type, such as `Warning` or `ETag`
public record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {}
