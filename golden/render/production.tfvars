# terraform apply -var-file=production.tfvars
environment = "production"
region      = "eu-central-1"

# ${...} in a string would be Terraform's own; $${...} is its escape
name_template = "shop-$${index}"
zones         = ["a", "b",   "c"]
instance_count = 2

database = {
  engine   = "postgres"
  version  = "16"
  username = "shop"
  password = "%p@ss: w'o\"rd #1 \\n$HOME`id`{x}"   // gets its quotes
  size_gb  = 50
}

/* Tokens of
   others: ${secret:API_TOKEN} stays, in a comment
*/
api_token = "KnRva185ICJhIiwgJ2InICYgPGM+IFx1MDA0MXxkXA=="
webhook   = "https://hooks.example.com/T0/B1?x=1&y=%7B2%7D&z=\"3\"#part: two"

smtp = {
  host     = "smtp.example.com", port = 465
  password = "$\u0024{secret:API_TOKEN} ''$(id) \"\\$1\" 🔑 # end"
}

tls_key = <<EOT
-----BEGIN FAKE KEY-----
VGhpcyBpcyBubyBrZXkuIEl0IGlzIGEgc2VudGVuY2UgdGhhdCB0ZXN0cyB1c2Ug
aW4gdGhlIHBsYWNlIG9mIG9uZSwgYmVjYXVzZSBpdCBoYXMgc2V2ZXJhbCBsaW5l
cyBhbmQgYSArLyBpbiBpdC4rLys=
-----END FAKE KEY-----
EOT

user_data = <<-SH
  #!/bin/sh
  echo "$${secret:API_TOKEN} %%{ if x }"
  SH

tags = {
  "owner" = "team: shop",
  zone    = "0123"
  greeting = "Wm/DqywgbmHDr3ZlLCDml6XmnKzoqp4sIPCfkanigI3wn5K7LCDigI/Xqdec15XXncKgZcyB"   // not in the normal form C
}
enabled = true
