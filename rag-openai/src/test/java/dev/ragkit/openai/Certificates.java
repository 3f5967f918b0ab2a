package dev.ragkit.openai;

import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** A certificate authority, and what its servers show. */
final class Certificates {
    private final HeldCertificate authority =
            new HeldCertificate.Builder().certificateAuthority(0).build();

    private HeldCertificate.Builder leaf(String host) {
        return new HeldCertificate.Builder()
                .signedBy(authority)
                .commonName(host)
                .addSubjectAlternativeName(host);
    }

    private static SSLContext context(HeldCertificate certificate) {
        return new HandshakeCertificates.Builder()
                .heldCertificate(certificate)
                .build()
                .sslContext();
    }

    SSLContext good() {
        return context(leaf("localhost").build());
    }

    SSLContext wrongHost() {
        return context(leaf("elsewhere.example").build());
    }

    SSLContext expired() {
        long now = System.currentTimeMillis();
        long day = TimeUnit.DAYS.toMillis(1);
        return context(
                leaf("localhost").validityInterval(now - 30 * day, now - day).build());
    }

    SSLContext selfSigned() {
        return context(new HeldCertificate.Builder()
                .commonName("localhost")
                .addSubjectAlternativeName("localhost")
                .build());
    }

    UnaryOperator<OkHttpClient.Builder> trusted() {
        HandshakeCertificates trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(authority.certificate())
                .build();
        return client -> client.sslSocketFactory(trust.sslSocketFactory(), trust.trustManager());
    }
}
