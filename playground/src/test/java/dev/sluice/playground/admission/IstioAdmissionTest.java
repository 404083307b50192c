package dev.sluice.playground.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.playground.api.Admission.Review;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rules of Istio's validation that no recording shows.
class IstioAdmissionTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {mirrors: [{percentage: {value: 1}}], route: [{destination: {host: a}}]} | destination is required for mirrors
          {mirrors: [{destination: {host: a}, percentage: {value: 101}}], route: [{destination: {host: a}}]} | mirror percentage must have a max value of 100 (it has 101.000000)
          {mirrorPercent: 101, mirror: {host: a}, route: [{destination: {host: a}}]} | mirror_percent must have a max value of 100 (it has 101)
          {redirect: {redirectCode: 301}} | redirect must specify URI, authority, scheme, or port
          {redirect: {uri: /x, redirectCode: 200}} | 200 is not a valid redirect code, must be 3xx
          {redirect: {scheme: ftp}} | invalid redirect scheme, must be "http" or "https"
          {redirect: {port: 70000}} | port number 70000 must be in the range 1..65535
          {redirect: {uri: /x}, fault: {abort: {httpStatus: 500}}} | HTTP route cannot contain both fault and redirect
          {redirect: {uri: /x}, directResponse: {status: 200}} | HTTP route rule cannot contain both direct_response and redirect
          {directResponse: {status: 200}, rewrite: {uri: /x}} | HTTP route rule cannot contain both rewrite and direct_response
          {delegate: {name: a}, redirect: {uri: /x}, name: r} | root HTTP route r must not specify redirect
          {route: [{destination: {host: a}}], rewrite: {}} | rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or UriRegexRewrite may be specified
          {route: [{destination: {host: '*'}}]} | invalid destination host *
          {route: [{destination: {host: a.b_c}}]} | domain name "b_c" invalid (label "b_c" invalid)
          {route: [{destination: {host: a.1}}]} | domain name "1" invalid (top level domain "1" cannot be all-numeric)
          {route: [{destination: {host: a}}], fault: {abort: {grpcStatus: SAD}}} | gRPC status "SAD" is not supported. See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes, for example 'NOT_FOUND'
          {route: [{destination: {host: a}}], fault: {abort: {http2Error: x}}} | HTTP/2 abort fault injection not supported yet
          {route: [{destination: {host: a}}], fault: {delay: {fixedDelay: 1.0005s, percentage: {value: 1}}}} | only durations to ms precision are supported
          {route: [{destination: {host: a}}], fault: {delay: {percentage: {value: 0.00001}}}} | percentage 1e-05 is neither 0.0, nor in range [0.0001, 100.0]
          {route: [{destination: {host: a}}], corsPolicy: {allowOrigins: [{}]}} | '' is not a valid match type for CORS allow origins
          {route: [{destination: {host: a}}], corsPolicy: {exposeHeaders: [a b]}} | header name a b is not a valid header name
          {route: [{destination: {host: a}}], headers: {request: {set: {':path': x}}}} | invalid header ":path": header cannot have ":" prefix
          {route: [{destination: {host: a}}], headers: {response: {add: {Host: x}}}} | invalid header "Host": cannot set Host header
          {route: [{destination: {host: a}}], headers: {request: {set: {x: '%REQ(a%'}}}} | header value configuration: invalid header configuration. Un-terminated variable expression '%REQ(a%'
          {route: [{destination: {host: a}}], headers: {request: {set: {x: '%A(["b" c])%'}}}} | header value configuration: invalid header configuration. Expecting ',', ']', or whitespace
          {route: [{destination: {host: a}}], headers: {request: {set: {host: x}}}, rewrite: {authority: y}} | authority header cannot be set multiple times: have "y", attempting to set "x"
          {route: [{destination: {host: a}}], match: [{method: {prefix: ''}}]} | "method": prefix string match should not be empty
          {route: [{destination: {host: a}}], match: [{uri: {regex: ''}}]} | "uri": regex string match should not be empty
          {route: [{destination: {host: a}}], match: [{port: 70000}]} | port number 70000 must be in the range 1..65535
          {route: [{destination: {host: a}}], match: [{sourceNamespace: a.b}]} | sourceNamespace match a.b is invalid
          {route: [{destination: {host: a}}], match: [{gateways: [a/]}]} | 2 errors occurred: * config namespace and gateway name cannot be empty * invalid value for gateway name: ""
          {route: [{destination: {host: a}}], match: [{headers: {'@request.auth.claims.sub': {exact: a}}}]} | JWT claim based routing (key: @request.auth.claims.sub) is only supported for gateway, found no gateways: []
          {route: [{destination: {host: a}}], retries: {attempts: 1, retryOn: '5xx, reset'}} | " reset" is not a valid retryOn policy
          {route: [{destination: {host: a}}], retries: {attempts: 1, backoff: 0s}} | duration must be greater than 1ms
          """)
  void anHttpRuleIsRefusedInIstiosWords(String rule, String words) {
    assertThat(refusal(virtualService("{hosts: [app], http: [%s]}".formatted(rule))))
        .isEqualTo(words);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {hosts: ['*.example.com', a.example.com], http: [{route: [{destination: {host: a}}]}]} | duplicate hosts in virtual service: *.example.com & a.example.com
          {hosts: [10.0.0.1], http: [{route: [{destination: {host: a}}]}]} | ``
          {hosts: [app], gateways: [a.b_c], http: [{route: [{destination: {host: a}}]}]} | domain name "a.b_c" invalid (label "b_c" invalid)
          {tcp: [{route: [{destination: {host: a}}]}]} | delegate virtual service must have no tcp route specified
          {hosts: [app], tcp: [{match: [{destinationSubnets: [10.0.0.0/33]}], route: [{destination: {host: a}}]}]} | 10.0.0.0/33 is not a valid CIDR block
          {hosts: [app], tcp: [{match: [{port: 1}]}]} | TCP route is required
          {hosts: [app], tls: [{match: [{sniHosts: [b]}], route: [{destination: {host: a}}]}]} | SNI host "b" is not a compatible subset of any of the virtual service hosts: [app]
          {hosts: [app], exportTo: [., prod], http: [{route: [{destination: {host: a}}]}]} | duplicate entries in exportTo for entry prod
          {hosts: [app], exportTo: [~], http: [{route: [{destination: {host: a}}]}]} | exportTo ~ (none) is not allowed for Istio configuration objects
          """)
  void aVirtualServiceIsRefusedInIstiosWords(String spec, String words) {
    assertThat(refusal(virtualService(spec.replace("[~]", "['~']")))).isEqualTo(words);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {host: a, trafficPolicy: {}} | traffic policy must have at least one field
          {host: a, trafficPolicy: {connectionPool: {}}} | connection pool must have at least one field
          {host: a, trafficPolicy: {connectionPool: {tcp: {maxConnections: -1}}}} | max connections must be non-negative
          {host: a, trafficPolicy: {connectionPool: {tcp: {idleTimeout: 0s}}}} | ``
          {host: a, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 4}}}}} | tableSize must be a prime number for maglev
          {host: a, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {ttl: 1s}}}}} | name required for HttpCookie
          {host: a, trafficPolicy: {outlierDetection: {consecutiveLocalOriginFailures: 1}}} | outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false
          {host: a, trafficPolicy: {tls: {mode: MUTUAL}}} | 2 errors occurred: * client certificate required for mutual tls * private key required for mutual tls
          {host: a, trafficPolicy: {portLevelSettings: [{port: {number: 80}}]}} | port traffic policy must have at least one field
          {host: a, trafficPolicy: {tunnel: {targetHost: b, targetPort: 0}}} | tunnel target port is invalid: port number 0 must be in the range 1..65535
          {host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a/*, to: {'b/*': 90}}]}}}} | total locality weight 90 != 100
          {host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a/*, to: {'b': 50, 'b/c': 50}}]}}}} | locality b/c overlap with previous specified ones
          {host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {failover: [{from: a, to: a}]}}, outlierDetection: {}}} | locality lb failover settings must specify different regions
          {host: a, subsets: [{name: v1, labels: {a: b}, trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}}]} | percentage 101 is not in range 0..100
          {host: a, exportTo: ['*'], workloadSelector: {matchLabels: {a: b}}} | destination rule with workload selector cannot have exportTo beyond current namespace
          """)
  void aDestinationRuleIsRefusedInIstiosWords(String spec, String words) {
    assertThat(refusal(object("DestinationRule", "app", spec))).isEqualTo(words);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {servers: []} | gateway must have at least one server
          {servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: []}]} | server config must contain at least one host
          {servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: [app]}]} | short names (non FQDN) are not allowed
          {servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['a*.b.c']}]} | 2 errors occurred: * domain name "a*.b.c" invalid (label "a*" invalid) * partial wildcard "a*.b.c" not allowed
          {servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['~/a.b']}]} | invalid namespace value "~" in gateway
          {servers: [{port: {number: 80, name: a, protocol: SMTP}, hosts: ['*']}]} | invalid protocol "SMTP", supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP
          {servers: [{port: {number: 0, name: a, protocol: HTTP}, hosts: ['*']}]} | port number 0 must be in the range 1..65535
          {servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]} | port name must be set: number:80 protocol:"HTTP"
          {servers: [{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*']}]} | server must have TLS settings for HTTPS/TLS protocols
          {servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}}]} | ``
          {servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: x}}]} | server cannot have TLS settings for plain text HTTP ports
          {servers: [{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE}}]} | 2 errors occurred: * SIMPLE TLS requires a server certificate * SIMPLE TLS requires a private key
          {servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}, {port: {number: 81, name: a, protocol: HTTP}, hosts: ['*']}]} | port names in servers must be unique: duplicate name a
          """)
  void aGatewayIsRefusedInIstiosWords(String spec, String words) {
    assertThat(refusal(object("Gateway", "public", spec))).isEqualTo(words);
  }

  @Test
  void aGatewayWhoseNameHasADotIsRefused() {
    var spec = "{servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}]}";

    assertThat(refusal(object("Gateway", "a.b", spec))).isEqualTo("invalid gateway name: \"a.b\"");
  }

  @Test
  void severalThatAreWrongAreTheItemsOfOneList() {
    var review =
        review(virtualService("{hosts: [app], http: [{timeout: 0s}, {redirect: {scheme: ftp}}]}"));

    assertThat(review.denial())
        .contains(
            """
            configuration is invalid: 3 errors occurred:
            \t* HTTP route, redirect or direct_response is required
            \t* duration must be greater than 1ms
            \t* invalid redirect scheme, must be "http" or "https"

            """);
  }

  @Test
  void twoCatchAllRulesAreWarnedOf() {
    var spec =
        "{hosts: [app], http: [{route: [{destination: {host: a}}]}, {route: [{destination: {host: b}}]}]}";

    assertThat(review(virtualService(spec)).warnings())
        .containsExactly(
            "virtualService rule #1 not used (only the last rule can have no matches)");
  }

  @Test
  void otherKindsAreNoBusinessOfIstios() {
    var object = object("VirtualService", "app", "{}").put("apiVersion", "example.com/v1");

    assertThat(review(object)).isEqualTo(Review.FINE);
  }

  private static ObjectNode virtualService(String spec) {
    return object("VirtualService", "app", spec);
  }

  private static ObjectNode object(String kind, String name, String spec) {
    try {
      var object = YAML.createObjectNode().put("apiVersion", "networking.istio.io/v1");
      object.put("kind", kind);
      object.putObject("metadata").put("name", name).put("namespace", "prod");
      object.set("spec", YAML.readTree(spec));
      return object;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Review review(ObjectNode object) {
    return new IstioAdmission().review(object);
  }

  /// In one line; empty when the object is accepted.
  private static String refusal(ObjectNode object) {
    return review(object)
        .denial()
        .map(d -> d.replace("configuration is invalid: ", "").replaceAll("\\s+", " ").strip())
        .orElse("");
  }
}
