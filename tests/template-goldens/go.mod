module signet.example/template-goldens

go 1.25.0
