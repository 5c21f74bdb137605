/** The ports that nginx listens on. */
export interface NginxPorts {
  /** TLS 1.2 and 1.3. */
  readonly tls: number;
  /** TLS 1.2 alone. */
  readonly tls12: number;
  /** TLS 1.3 alone. */
  readonly tls13: number;
}

/** What the configuration depends on. */
export interface NginxSettings {
  /** Where the certificates are, and where everything goes that nginx writes. */
  readonly folder: string;
  readonly ports: NginxPorts;
  readonly backendPort: number;
  /** Told to the backend in a header, to tell a configuration from the one before it. */
  readonly generation: number;
}

/** How long a line below `/idle` may be silent, in milliseconds. */
export const IDLE_TIMEOUT = 400;

/** The body of the answer to `/forbidden`: longer than the part of it that is kept. */
export const FORBIDDEN_BODY: string = 'You may not enter here. '.repeat(60);

/** Gives the text of nginx.conf. */
export function nginxConfiguration(settings: NginxSettings): string {
  const { folder, ports } = settings;
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log info;
events {}

http {
  # What was served, and how the client had proved itself.
  log_format interop '$ssl_protocol $ssl_client_verify $status $request_uri';
  access_log ${folder}/nginx-access.log interop;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ssl_certificate ${folder}/server.pem;
  ssl_certificate_key ${folder}/server.key;
  ssl_client_certificate ${folder}/client-ca.pem;
  ssl_crl ${folder}/client-ca.crl;
  ssl_verify_client on;
${server(ports.tls, 'TLSv1.2 TLSv1.3', settings)}
${server(ports.tls12, 'TLSv1.2', settings)}
${server(ports.tls13, 'TLSv1.3', settings)}
}
`;
}

function server(port: number, protocols: string, settings: NginxSettings): string {
  return `
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_protocols ${protocols};
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_set_header Host $http_host;
    proxy_set_header X-Client-Subject $ssl_client_s_dn;
    proxy_set_header X-Client-Serial $ssl_client_serial;
    proxy_set_header X-Client-Verify $ssl_client_verify;
    proxy_set_header X-Tls-Protocol $ssl_protocol;
    proxy_set_header X-Generation ${settings.generation};
    location / {
      proxy_pass http://127.0.0.1:${settings.backendPort};
      proxy_read_timeout 60s;
    }
    location /idle/ {
      proxy_pass http://127.0.0.1:${settings.backendPort};
      proxy_read_timeout ${IDLE_TIMEOUT}ms;
    }
    location = /forbidden {
      default_type text/plain;
      return 403 '${FORBIDDEN_BODY}';
    }
    location = /overloaded {
      add_header Retry-After 7 always;
      return 503;
    }
  }`;
}
