package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/// One connection to a Git server, with the credentials of one sync and nothing of the machine's.
final class Connection implements AutoCloseable {
  private final Transport transport;
  private final Runnable closeKeys;

  private Connection(Transport transport, Runnable closeKeys) {
    this.transport = transport;
    this.closeKeys = closeKeys;
  }

  /// @param noHome an empty folder for the ssh client to call home
  static Connection open(Repository mirror, Source source, Path noHome) throws Exception {
    Transport transport = Transport.open(mirror, new URIish(source.url().uri().toASCIIString()));
    Runnable closeKeys = () -> {};
    // Only ends what the deadline gave up: were both due at once, chance would choose the words.
    transport.setTimeout(Math.clamp(source.timeout().toSeconds() + 1, 1, 3600));
    transport.setTagOpt(TagOpt.NO_TAGS);
    transport.setCheckFetchedObjects(true);
    if (transport instanceof TransportHttp http) {
      // Without credentials nothing is asked for: a 401 becomes an error, not a prompt.
      http.setHttpConnectionFactory(connections(source.credentials()));
      switch (source.credentials().login()) {
        case Credentials.Login.Basic(String username, String password) ->
            http.setPreemptiveBasicAuthentication(username, password);
        case Credentials.Login.Bearer(String token) ->
            http.setAdditionalHeaders(Map.of("Authorization", "Bearer " + token));
        case Credentials.Login.Anonymous(), Credentials.Login.Key(_, _, _) -> {}
      }
    } else if (transport instanceof SshTransport ssh) {
      if (!(source.credentials().login() instanceof Credentials.Login.Key key)) {
        transport.close();
        throw new SourceFailure.NeedsEdit(
            "InvalidSecret",
            "an ssh address needs spec.secretRef to name a Secret with 'identity' and 'known_hosts'");
      }
      var sessions = SshKeys.sessions(key, noHome);
      ssh.setSshSessionFactory(sessions);
      closeKeys = sessions::close;
    }
    return new Connection(transport, closeKeys);
  }

  Transport transport() {
    return transport;
  }

  @Override
  public void close() {
    try {
      transport.close();
    } finally {
      closeKeys.run();
    }
  }

  private static HttpConnectionFactory connections(Credentials credentials) {
    var plain = new JDKHttpConnectionFactory();
    if (credentials.ca().isEmpty()) {
      return new Factory((url, proxy) -> create(plain, url, proxy));
    }
    TrustManager[] trust = trusting(credentials.ca().get());
    return new Factory((url, proxy) -> {
      HttpConnection connection = create(plain, url, proxy);
      if ("https".equals(url.getProtocol())) {
        try {
          connection.configure(null, trust, null);
        } catch (GeneralSecurityException e) {
          throw new IOException("this JVM cannot set up TLS", e);
        }
      }
      return connection;
    });
  }

  private static HttpConnection create(HttpConnectionFactory plain, URL url, @Nullable Proxy proxy)
      throws IOException {
    return proxy == null ? plain.create(url) : plain.create(url, proxy);
  }

  private static TrustManager[] trusting(String pem) {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      var input = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
      int i = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(input)) {
        store.setCertificateEntry("ca-" + i++, certificate);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      if (i > 0) {
        return factory.getTrustManagers();
      }
    } catch (GeneralSecurityException | IOException e) {
      // The parser's words are about bytes; the sentence below is about the key.
    }
    throw new SourceFailure.NeedsEdit(
        "InvalidSecret", "'ca.crt' of the Secret holds no PEM certificate that can be read");
  }

  private interface Opening {
    HttpConnection open(URL url, @Nullable Proxy proxy) throws IOException;
  }

  private record Factory(Opening opening) implements HttpConnectionFactory {
    @Override
    public HttpConnection create(URL url) throws IOException {
      return opening.open(url, null);
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
      return opening.open(url, proxy);
    }
  }
}
